import { randomBytes } from "node:crypto";
import { assert, suite } from "../../checks/kit.ts";
import { newBrokerCounters } from "./broker-counters.ts";
import type { Identity } from "./identity.ts";
import { hashPassword, parsePasswordHash, passwordMatches } from "./password.ts";
import { PasswordCheck } from "./password-check.ts";

const test = suite("passwords");

const LIMITS = { waitingMax: 100, rememberedMax: 3 };

async function identityWith(password: string, user = "gw"): Promise<Identity> {
  const passwordHash = await hashPassword(password, randomBytes);
  return { user, passwordHash, role: "gateway", groupId: "R", gatewayId: "G" };
}

test("a hash is a line of scrypt's parameters, salted anew each time, that only its password matches", async () => {
  const line = await hashPassword("冷链-7", randomBytes);
  assert.match(line, /^scrypt\$16384\$8\$1\$[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=$/);
  assert.is.not(line, await hashPassword("冷链-7", randomBytes));
  const parts = parsePasswordHash(line);
  assert.ok(parts);
  assert.ok(await passwordMatches(Buffer.from("冷链-7"), parts));
  assert.not(await passwordMatches(Buffer.from("冷链-8"), parts));
  assert.not(await passwordMatches(Buffer.alloc(0), parts));
});

test("RFC 7914's own vector is matched", async () => {
  // RFC 7914 §12: scrypt(P="pleaseletmein", S="SodiumChloride", N=16384, r=8, p=1, dkLen=64).
  const hash =
    "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887";
  const line = ["scrypt", 16384, 8, 1, Buffer.from("SodiumChloride").toString("base64")].join("$");
  const parts = parsePasswordHash(`${line}$${Buffer.from(hash, "hex").toString("base64")}`);
  assert.ok(parts);
  assert.ok(await passwordMatches(Buffer.from("pleaseletmein"), parts));
});

test("lines that are not hashes, or ask for too much, are refused", () => {
  const salt = Buffer.alloc(16).toString("base64");
  const hash = Buffer.alloc(32).toString("base64");
  assert.ok(parsePasswordHash(`scrypt$16384$8$1$${salt}$${hash}`));
  for (const line of [
    "",
    "secret",
    `bcrypt$16384$8$1$${salt}$${hash}`,
    `scrypt$16383$8$1$${salt}$${hash}`,
    `scrypt$1$8$1$${salt}$${hash}`,
    `scrypt$67108864$8$1$${salt}$${hash}`,
    `scrypt$16384$8$99$${salt}$${hash}`,
    `scrypt$16384$8$1$AAAA$${hash}`,
    `scrypt$16384$8$1$${salt}$AAAA`,
  ])
    assert.is(parsePasswordHash(line), undefined, line);
});

test("the same sign-in again costs no scrypt, right or wrong, and a changed hash is checked anew", async () => {
  const counters = newBrokerCounters();
  const check = new PasswordCheck(LIMITS, counters);
  const identity = await identityWith("secret");
  const ask = (password: string, of: Identity | undefined = identity): Promise<boolean> =>
    check.check("gw", Buffer.from(password), of);
  assert.equal(await Promise.all([ask("secret"), ask("secret"), ask("secret")]), [true, true, true]);
  assert.ok(await ask("secret"));
  assert.is(counters.passwordsHashed, 1);
  assert.not(await ask("guess"));
  assert.not(await ask("guess"));
  assert.is(counters.passwordsHashed, 2);
  const changed = await identityWith("other");
  assert.not(await ask("secret", changed));
  assert.ok(await ask("other", changed));
  assert.is(counters.passwordsHashed, 4);
});

test("an unknown user costs a scrypt as a known one does, and is never let in", async () => {
  const counters = newBrokerCounters();
  const check = new PasswordCheck(LIMITS, counters);
  assert.not(await check.check("nobody", Buffer.from("x"), undefined));
  assert.is(counters.passwordsHashed, 1);
});

test("guesses do not push a right answer out, and what is remembered is bounded", async () => {
  const counters = newBrokerCounters();
  const check = new PasswordCheck(LIMITS, counters);
  const identity = await identityWith("secret");
  assert.ok(await check.check("gw", Buffer.from("secret"), identity));
  for (let guess = 0; guess < 5; guess++) assert.not(await check.check("gw", Buffer.from(`${guess}`), identity));
  assert.is(counters.passwordsHashed, 6);
  assert.ok(await check.check("gw", Buffer.from("secret"), identity));
  assert.is(counters.passwordsHashed, 6);
  assert.not(await check.check("gw", Buffer.from("0"), identity));
  assert.is(counters.passwordsHashed, 7);
});

test("over the limit of waiting sign-ins the rest are refused with 'server unavailable'", async () => {
  const counters = newBrokerCounters();
  const check = new PasswordCheck({ waitingMax: 1, rememberedMax: 10 }, counters);
  const answers = await Promise.allSettled(
    ["1", "2", "3", "4"].map((password) => check.check("nobody", Buffer.from(password), undefined)),
  );
  const refused = answers.filter((answer) => answer.status === "rejected");
  assert.is(refused.length, 1);
  assert.is((refused[0]?.reason as { returnCode: number }).returnCode, 3);
  assert.is(counters.signInsOverLimit, 1);
  assert.not(await check.check("nobody", Buffer.from("4"), undefined));
});

test.run();
