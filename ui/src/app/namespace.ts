import { createStore } from '../components/store';

/// The namespace whose things lists show; null: all.
export const namespaceChoice = createStore<string | null>(null);
