/** What was asked, or a file, cannot be taken without a guess: says what is unclear and what would make it clear. */
export class AssessRefusal extends Error {
  readonly code = "ASSESS_REFUSED";
  override readonly name = "AssessRefusal";

  constructor(problem: string, mend: string, options?: ErrorOptions) {
    super(`${problem}\n  ${mend}`, options);
  }
}
