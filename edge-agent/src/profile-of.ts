// Where a device's profile is: one that is shipped, by its name, or a file of one's own.

import { DeviceProfileError, loadDeviceProfile, parseDeviceProfile } from "@isotherm/firmware-bridge";
import type { DeviceProfile } from "@isotherm/firmware-bridge";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/** Whether a profile is named by its file, `my-probe.yaml`, rather than one of those shipped. */
export function isProfileFile(name: string): boolean {
  return /\.ya?ml$/.test(name);
}

/** The profile, a file taken from `folder`; or in words why there is none. */
export function profileOf(name: string, folder = "."): DeviceProfile | string {
  if (isProfileFile(name)) return profileInFile(resolve(folder, name));
  try {
    return loadDeviceProfile(name);
  } catch (error) {
    if (error instanceof DeviceProfileError)
      return `${error.message} Or name a file of your own, such as my-probe.yaml.`;
    throw error;
  }
}

function profileInFile(path: string): DeviceProfile | string {
  let yamlText: string;
  try {
    yamlText = readFileSync(path, "utf8");
  } catch (error) {
    return `${path} cannot be read (${(error as Error).message})`;
  }
  const parsed = parseDeviceProfile(yamlText, path);
  if ("profile" in parsed) return parsed.profile;
  return parsed.problems.map(({ place, mend }) => `${place}: ${mend}`).join("; ");
}

/** The same where a check has gone before. */
export function usableProfileOf(name: string): DeviceProfile {
  const profile = profileOf(name);
  if (typeof profile === "string") throw new Error(profile);
  return profile;
}
