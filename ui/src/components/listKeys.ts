import type { KeyboardEvent } from 'react';

/// The keys of a field above a list of choices: up and down move the choice, Enter takes it. Nothing while an input
/// method is composing. True: the key was meant for the list.
export function listKeys(event: KeyboardEvent, count: number, at: number, move: (at: number) => void, take: (at: number) => void): boolean {
  if (event.nativeEvent.isComposing) return false;
  if (event.key === 'ArrowDown') move(Math.min(count - 1, at + 1));
  else if (event.key === 'ArrowUp') move(Math.max(0, at - 1));
  else if (event.key === 'Enter') take(at);
  else return false;
  event.preventDefault();
  return true;
}
