import { type ParseArgsConfig, parseArgs } from 'node:util';
import { CommandError, EXIT } from './exit.js';

export type OptionTable = NonNullable<ParseArgsConfig['options']>;

/** The values of those options. */
export type ValuesOf<O extends OptionTable> = ReturnType<
  typeof parseArgs<{ options: O; strict: true; allowPositionals: true }>
>['values'];

export interface Arguments<O extends OptionTable> {
  readonly values: ValuesOf<O>;
  readonly positionals: readonly string[];
}

/** Reads a command line. Throws a CommandError for what the options do not allow. */
export function readArguments<const O extends OptionTable>(
  args: readonly string[],
  options: O,
): Arguments<O> {
  const parsed = parse(args, options);
  const seen = new Set<string>();
  for (const token of parsed.tokens) {
    if (token.kind !== 'option') continue;
    if (seen.has(token.name) && options[token.name]?.multiple !== true)
      throw misuse(`${token.rawName} is given twice`);
    seen.add(token.name);
  }
  return { values: parsed.values as ValuesOf<O>, positionals: parsed.positionals };
}

export function misuse(message: string): CommandError {
  return new CommandError(EXIT.misuse, message);
}

function parse(args: readonly string[], options: OptionTable) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true, tokens: true });
  } catch (error) {
    throw misuse(error instanceof Error ? sentenceOf(error) : String(error));
  }
}

/** Node's own messages go on about positional arguments; the first quoted words are the option. */
function sentenceOf(error: Error & { readonly code?: string }): string {
  const option = /'(?:-\w, )?(-[^'\s]*)/.exec(error.message)?.[1];
  if (option === undefined) return error.message;
  if (error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return `there is no option ${option}`;
  if (error.message.includes('does not take')) return `${option} takes no value`;
  if (error.message.includes('ambiguous'))
    return `${option} needs a value; one that begins with "-" is written ${option}=VALUE`;
  return `${option} needs a value`;
}
