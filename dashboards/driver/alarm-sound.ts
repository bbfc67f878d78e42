// Sound and vibration of a live alarm. Browsers allow both only after the page was touched once, so that is asked for.

export interface AlarmSound {
  readonly isAllowed: () => boolean;
  /** Call on a touch. */
  readonly allow: () => void;
  /** Called often: starts when there is something to sound for, and stops when there is not. */
  readonly set: (isSounding: boolean) => void;
}

const EVERY_MS = 1_600;
const BEEPS: readonly { readonly hertz: number; readonly atS: number }[] = [
  { hertz: 880, atS: 0 },
  { hertz: 1175, atS: 0.22 },
  { hertz: 880, atS: 0.44 },
];
const BEEP_S = 0.17;
const VOLUME = 0.35;
const SHAKE_MS = [350, 150, 350];

export function alarmSound(changed: () => void): AlarmSound {
  let audio: AudioContext | undefined;
  let timer: ReturnType<typeof setInterval> | undefined;
  const once = (): void => {
    if (audio?.state !== "running") return;
    for (const { hertz, atS } of BEEPS) beep(audio, hertz, audio.currentTime + atS);
    // Not every browser knows it: Safari on iPhones does not.
    if ("vibrate" in navigator) navigator.vibrate(SHAKE_MS);
  };
  return {
    isAllowed: () => audio?.state === "running",
    allow: () => {
      audio ??= new AudioContext();
      if (audio.state !== "running") void audio.resume().then(changed, () => undefined);
    },
    set: (isSounding) => {
      if (isSounding === (timer !== undefined)) return;
      if (isSounding) {
        once();
        timer = setInterval(once, EVERY_MS);
        return;
      }
      clearInterval(timer);
      timer = undefined;
      if (audio !== undefined && "vibrate" in navigator) navigator.vibrate(0);
    },
  };
}

function beep(audio: AudioContext, hertz: number, atS: number): void {
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.type = "triangle";
  tone.frequency.value = hertz;
  // Ramps, because a tone that is cut off clicks.
  volume.gain.setValueAtTime(0, atS);
  volume.gain.linearRampToValueAtTime(VOLUME, atS + 0.015);
  volume.gain.setValueAtTime(VOLUME, atS + BEEP_S - 0.03);
  volume.gain.linearRampToValueAtTime(0, atS + BEEP_S);
  tone.connect(volume).connect(audio.destination);
  tone.start(atS);
  tone.stop(atS + BEEP_S);
}
