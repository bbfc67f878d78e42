import { hashPassword } from "./password.ts";

/** 24 bytes are 32 characters of base64url and cannot be guessed. */
const GENERATED_BYTES = 24;
const PASSWORD_LENGTH_MAX = 1_024;

export interface PasswdPorts {
  readonly randomBytes: (count: number) => Uint8Array;
  readonly stdin: AsyncIterable<Buffer | string>;
  readonly print: (text: string) => void;
  /** For words that are no part of the result, such as the generated password. */
  readonly say: (text: string) => void;
}

/** Prints the line for `passwordHash:`; the result is the exit code. A newline that ends the input is no part of the password. */
export async function runPasswd(isGenerated: boolean, ports: PasswdPorts): Promise<number> {
  const password = isGenerated
    ? Buffer.from(ports.randomBytes(GENERATED_BYTES)).toString("base64url")
    : await readPassword(ports.stdin);
  if (password === undefined || password === "") {
    ports.say(
      `Give a password of 1 to ${PASSWORD_LENGTH_MAX} characters on stdin, or use --generate:\n  printf %s 'a long password' | isotherm-broker passwd\n`,
    );
    return 2;
  }
  if (isGenerated) ports.say(`password: ${password}   (shown this once; keep it where the client can read it)\n`);
  ports.print(`${await hashPassword(password, ports.randomBytes)}\n`);
  return 0;
}

async function readPassword(stdin: PasswdPorts["stdin"]): Promise<string | undefined> {
  let text = "";
  for await (const chunk of stdin) {
    text += chunk.toString();
    if (text.length > PASSWORD_LENGTH_MAX + 2) return undefined;
  }
  const password = text.replace(/\r?\n$/, "");
  return password.length > PASSWORD_LENGTH_MAX ? undefined : password;
}
