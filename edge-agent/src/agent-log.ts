/** Where the agent says what happens: facts first, then the sentence. pino's loggers are such. */
export interface AgentLog {
  info(facts: object, sentence: string): void;
  warn(facts: object, sentence: string): void;
  error(facts: object, sentence: string): void;
}
