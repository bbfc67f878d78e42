import { scrypt, timingSafeEqual } from "node:crypto";

/** The parts of `scrypt$N$r$p$salt$hash`; salt and hash are base64 in the text. */
export interface PasswordHash {
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** N=2^14 with r=8, p=1 (RFC 7914 §2 on r and p) takes 16 MiB and some 40 ms: enough for machines whose passwords are generated. */
const COST = 16_384;
const BLOCK_SIZE = 8;
const PARALLELIZATION = 1;
const HASH_BYTES = 32;
const SALT_BYTES = 16;
/** scrypt takes 128·N·r bytes; a line in a file must not be able to ask for more than this. */
const MEMORY_BYTES_MAX = 64 * 1024 * 1024;

/** Undefined for whatever is not such a line, or asks for more than 64 MiB or p over 16. */
export function parsePasswordHash(text: string): PasswordHash | undefined {
  const found = /^scrypt\$(\d{1,8})\$(\d{1,3})\$(\d{1,2})\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)$/.exec(text);
  if (found === null) return undefined;
  const [cost, blockSize, parallelization] = [Number(found[1]), Number(found[2]), Number(found[3])];
  const salt = Buffer.from(found[4] ?? "", "base64");
  const hash = Buffer.from(found[5] ?? "", "base64");
  const isPowerOfTwo = cost >= 2 && Number.isInteger(Math.log2(cost));
  if (!isPowerOfTwo || blockSize < 1 || parallelization < 1 || parallelization > 16) return undefined;
  if (128 * cost * blockSize > MEMORY_BYTES_MAX || salt.length < 8 || hash.length < 16 || hash.length > 64)
    return undefined;
  return { cost, blockSize, parallelization, salt, hash };
}

/**
 * The line for an identities file. `secureBytes` must be cryptographically secure; it is asked for 16 bytes of salt.
 * The password is taken as UTF-8.
 */
export async function hashPassword(password: string, secureBytes: (count: number) => Uint8Array): Promise<string> {
  const salt = Buffer.from(secureBytes(SALT_BYTES));
  const parts = {
    cost: COST,
    blockSize: BLOCK_SIZE,
    parallelization: PARALLELIZATION,
    salt,
    hash: Buffer.alloc(HASH_BYTES),
  };
  const hash = await derive(Buffer.from(password), parts);
  return ["scrypt", COST, BLOCK_SIZE, PARALLELIZATION, salt.toString("base64"), hash.toString("base64")].join("$");
}

/** Whether the password is the one that was hashed, found in constant time. */
export async function passwordMatches(password: Uint8Array, expected: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, expected), expected.hash);
}

function derive(password: Uint8Array, like: PasswordHash): Promise<Buffer> {
  const { cost: N, blockSize: r, parallelization: p, salt, hash } = like;
  return new Promise((resolve, reject) => {
    scrypt(password, salt, hash.length, { N, r, p, maxmem: 2 * MEMORY_BYTES_MAX }, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
