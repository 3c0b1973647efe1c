import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, closeCompletion, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { SQLDialect, sql } from '@codemirror/lang-sql';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, linter, lintGutter, setDiagnostics } from '@codemirror/lint';
import { Compartment, EditorState, RangeSetBuilder } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  placeholder,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { EMPTY_SCHEMA, type Position, type Schema } from '../api/http';
import { serverCompletions } from './completion';
import { rangeOf } from './position';
import { type Statement, statementAt, statementsOf } from './statements';

/** The words of the server's SQL; the lists of the language package would include CREATE and GRANT. */
function dialectOf({ keywords, types, functions }: Schema): SQLDialect {
  // Some functions are named like keywords, such as left; and the words of a type of several words are keywords.
  const builtin = functions.map(({ name }) => name.toUpperCase()).filter((name) => !keywords.includes(name));
  const words = (list: string[]) => list.filter((word) => !word.includes(' ')).join(' ').toLowerCase();
  return SQLDialect.define({
    keywords: words(keywords),
    types: words(types),
    builtin: words(builtin),
    doubleQuotedStrings: false,
    operatorChars: '*+-%<>!=|:/',
  });
}

const HIGHLIGHT = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--code-keyword)', fontWeight: '600' },
  { tag: tags.string, color: 'var(--code-string)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--code-number)' },
  { tag: [tags.lineComment, tags.blockComment], color: 'var(--code-comment)', fontStyle: 'italic' },
  { tag: [tags.typeName, tags.standard(tags.name)], color: 'var(--code-function)' },
  { tag: [tags.operator, tags.punctuation], color: 'var(--code-operator)' },
]);

const THEME = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--panel)', color: 'var(--ink)', fontSize: 'var(--code-size)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6' },
  '.cm-content': { padding: '12px 0', caretColor: 'var(--accent)' },
  '.cm-line': { padding: '0 16px 0 10px' },
  '.cm-cursor': { borderLeftColor: 'var(--accent)', borderLeftWidth: '2px' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'var(--selection)',
  },
  '.cm-gutters': { backgroundColor: 'var(--panel)', color: 'var(--faint)', border: 'none', paddingLeft: '4px' },
  '.cm-activeLine': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLine': { backgroundColor: 'var(--active-line)' },
  '.cm-activeLineGutter': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLineGutter': { backgroundColor: 'var(--active-line)', color: 'var(--ink)' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': {
    backgroundColor: 'transparent',
    boxShadow: 'inset 0 0 0 1px var(--accent)',
    borderRadius: '2px',
  },
  '.cm-placeholder': { color: 'var(--muted)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--panel)',
    color: 'var(--ink)',
    border: '1px solid var(--line-strong)',
    borderRadius: '6px',
    boxShadow: 'var(--shadow)',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-completionInfo': { padding: '6px 10px', maxWidth: '360px', font: '13px/1.45 var(--sans)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', maxWidth: 'min(640px, 80vw)', maxHeight: '16em' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { display: 'flex', alignItems: 'baseline', padding: '2px 10px', lineHeight: '1.6' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': { background: 'var(--accent)', color: 'var(--on-accent)' },
  '.cm-completionDetail': {
    overflow: 'hidden',
    marginLeft: '1.5em',
    color: 'var(--muted)',
    font: 'var(--small-size) var(--sans)',
    textOverflow: 'ellipsis',
  },
  'li[aria-selected] .cm-completionDetail': { color: 'inherit', opacity: '0.85' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    backgroundColor: 'var(--error-mark)',
    textDecoration: 'underline wavy var(--error) 1.5px',
    textUnderlineOffset: '3px',
    textDecorationSkipInk: 'none',
    borderRadius: '2px',
  },
  '.cm-current': { boxShadow: 'inset 2px 0 0 var(--accent)' },
  '.cm-gutter-lint': { width: '1.1em' },
  '.cm-gutter-lint .cm-gutterElement': { padding: '0' },
  '.cm-lint-marker': { width: '0.6em', height: '0.6em', margin: '0.5em auto 0', padding: '0' },
  '.cm-lint-marker-error': { content: '""', backgroundColor: 'var(--error)', borderRadius: '50%' },
  '.cm-diagnostic': { padding: '6px 10px', maxWidth: '560px', font: '13px/1.45 var(--sans)' },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--error)' },
  '.cm-diagnostic-warning': { borderLeft: '3px solid var(--notice)' },
});

/** A fault of a statement, as the server sees it. */
export interface Fault extends Position {
  severity: 'error' | 'warning' | 'info';
  message: string;
}

export interface EditorEvents {
  run(): void;
  runAll(): void;
  save(): void;
  cancel(): void;
  /** The text after a pause of typing. */
  typed(text: string): void;
  /** Faults of a statement. */
  check(sql: string): Promise<Fault[]>;
}

const CHECK_AFTER_MS = 450;
/** Texts of more statements are not checked at each pause of typing. */
const MOST_CHECKED = 6;

/** Runs without open completions: Escape would close those first instead of cancelling. */
function started(view: EditorView, run: () => void): true {
  closeCompletion(view);
  run();
  return true;
}

/** The SQL editor: CodeMirror with the server's keywords, completion and diagnostics. */
export class SqlEditor {
  private readonly view: EditorView;
  private readonly language = new Compartment();

  /** The fault that running the text found; the checks that follow must not remove it. */
  private runFault: Diagnostic | undefined;

  constructor(
    parent: HTMLElement,
    text: string,
    private readonly events: EditorEvents,
  ) {
    this.view = new EditorView({
      parent,
      state: EditorState.create({
        doc: text,
        extensions: [
          keymap.of([
            { key: 'Mod-Enter', run: (view) => started(view, () => events.run()), preventDefault: true },
            { key: 'Ctrl-Enter', run: (view) => started(view, () => events.run()), preventDefault: true },
            { key: 'Mod-Shift-Enter', run: (view) => started(view, () => events.runAll()), preventDefault: true },
            { key: 'Ctrl-Shift-Enter', run: (view) => started(view, () => events.runAll()), preventDefault: true },
            { key: 'Mod-s', run: () => (events.save(), true), preventDefault: true },
          ]),
          lineNumbers(),
          lintGutter(),
          linter((view) => this.faults(view.state.doc.toString()), { delay: CHECK_AFTER_MS }),
          CURRENT_STATEMENT,
          highlightActiveLine(),
          highlightActiveLineGutter(),
          history(),
          drawSelection(),
          bracketMatching(),
          closeBrackets(),
          autocompletion({ icons: false, maxRenderedOptions: 50, override: [serverCompletions] }),
          // Escape then Tab leaves the editor, as WCAG asks; CodeMirror has that built in.
          keymap.of([
            ...closeBracketsKeymap,
            ...completionKeymap,
            { key: 'Tab', run: acceptCompletion },
            { key: 'Escape', run: () => (events.cancel(), false) },
            ...defaultKeymap,
            ...historyKeymap,
            indentWithTab,
          ]),
          this.language.of(sql({ dialect: dialectOf(EMPTY_SCHEMA) })),
          syntaxHighlighting(HIGHLIGHT),
          placeholder('SELECT …'),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': 'SQL', tabindex: '0', spellcheck: 'false', autocapitalize: 'off' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) {
              this.runFault = undefined;
            }
          }),
          THEME,
        ],
      }),
    });
  }

  text(): string {
    return this.view.state.doc.toString();
  }

  /** Highlights the words of the server's SQL. */
  highlight(schema: Schema): void {
    this.view.dispatch({ effects: this.language.reconfigure(sql({ dialect: dialectOf(schema) })) });
  }

  /** Replaces the whole text; undo brings the old one back. */
  replace(text: string): void {
    this.view.dispatch({
      changes: { from: 0, to: this.view.state.doc.length, insert: text },
      selection: { anchor: text.length },
    });
  }

  insert(text: string): void {
    this.view.dispatch(this.view.state.replaceSelection(text));
    this.focus();
  }

  focus(): void {
    this.view.focus();
  }

  /** The selection, or else the statement under the cursor. */
  wanted(): Statement | undefined {
    const { main } = this.view.state.selection;
    const text = this.text();
    if (main.empty) {
      return statementAt(text, main.head);
    }
    const [first] = statementsOf(text.slice(main.from, main.to));
    return first === undefined ? undefined : { ...first, from: main.from + first.from, to: main.from + first.to };
  }

  /** Puts another text in place of one statement; undo brings it back. */
  change(statement: Statement, text: string): void {
    this.view.dispatch({
      changes: { from: statement.from, to: statement.to, insert: text },
      selection: { anchor: statement.from + text.length },
    });
  }

  /** Underlines the position within the statement and puts a marker with the message into the gutter. */
  mark(statement: Statement, position: Position, message: string): void {
    this.runFault = { ...this.rangeIn(statement, position), severity: 'error', message };
    this.view.dispatch(setDiagnostics(this.view.state, [this.runFault]));
  }

  clearMarks(): void {
    this.runFault = undefined;
    this.view.dispatch(setDiagnostics(this.view.state, []));
  }

  /** Moves the cursor to the start of the position. */
  goTo(statement: Statement, position: Position): void {
    this.view.dispatch({ selection: { anchor: this.rangeIn(statement, position).from }, scrollIntoView: true });
    this.focus();
  }

  destroy(): void {
    this.view.destroy();
  }

  private async faults(text: string): Promise<Diagnostic[]> {
    this.events.typed(text);
    const statements = statementsOf(text);
    if (statements.length > MOST_CHECKED) {
      return this.runFault === undefined ? [] : [this.runFault];
    }
    const found = await Promise.all(
      statements.map(async (statement) =>
        (await this.events.check(statement.text)).map((fault): Diagnostic => ({
          ...this.rangeIn(statement, fault),
          severity: fault.severity,
          message: fault.message,
        })),
      ),
    );
    const all = found.flat();
    return this.runFault !== undefined && all.length === 0 ? [this.runFault] : all;
  }

  private rangeIn(statement: Statement, position: Position): { from: number; to: number } {
    const { from, to } = rangeOf(statement.text, position);
    return { from: statement.from + from, to: statement.from + to };
  }
}

/** Marks the lines of the statement that would run, if there are several. */
const CURRENT_STATEMENT = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = currentLines(view);
    }

    update(update: ViewUpdate): void {
      if (update.docChanged || update.selectionSet) {
        this.decorations = currentLines(update.view);
      }
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

function currentLines(view: EditorView): DecorationSet {
  const text = view.state.doc.toString();
  const builder = new RangeSetBuilder<Decoration>();
  const current = statementAt(text, view.state.selection.main.head);
  if (current !== undefined && statementsOf(text).length > 1) {
    const [first, last] = [view.state.doc.lineAt(current.from).number, view.state.doc.lineAt(current.to).number];
    for (let number = first; number <= last; number++) {
      const line = view.state.doc.line(number);
      builder.add(line.from, line.from, Decoration.line({ class: 'cm-current' }));
    }
  }
  return builder.finish();
}
