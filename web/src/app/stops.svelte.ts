const STEPS: Record<string, number> = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, PageDown: 8, PageUp: -8 };

/** A list with one tab stop: the arrow keys move within it, as over the cells of a matrix. */
export class Stops {
  /** The element that had the focus last. */
  current = $state(0);

  /** Attributes of the element around them. */
  readonly around = {
    onkeydown: (event: KeyboardEvent) => this.move(event),
    onfocusin: (event: FocusEvent) => this.note(event),
  };

  /** The tabindex of one of the elements. */
  of(index: number, count: number): 0 | -1 {
    return index === Math.min(this.current, count - 1) ? 0 : -1;
  }

  private move(event: KeyboardEvent): void {
    const all = stopsIn(event.currentTarget);
    const from = all.indexOf(event.target as HTMLElement);
    const step = event.key === 'Home' ? -from : event.key === 'End' ? all.length - 1 - from : STEPS[event.key];
    if (from < 0 || step === undefined || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    event.preventDefault();
    all[Math.min(Math.max(from + step, 0), all.length - 1)]?.focus();
  }

  private note(event: FocusEvent): void {
    const at = stopsIn(event.currentTarget).indexOf(event.target as HTMLElement);
    if (at >= 0) {
      this.current = at;
    }
  }
}

function stopsIn(around: EventTarget | null): HTMLElement[] {
  return [...((around as Element | null)?.querySelectorAll<HTMLElement>('[tabindex]') ?? [])];
}
