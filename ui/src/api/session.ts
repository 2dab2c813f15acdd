import { createStore } from '../components/store';

/// Whether the server said that nobody is signed in.
export const signedOut = createStore(false);
