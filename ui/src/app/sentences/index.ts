import { administrationSentences } from './administration';
import { fileSentences } from './file';
import { graphSentences } from './graph';
import { instanceSentences } from './instances';
import { keySentences } from './keys';
import { librarySentences } from './libraries';
import { translator } from './translator';
import { triggerSentences } from './triggers';
import { valueSentences } from './values';
import { words } from './words';

/// What the server says, as its sources write it. What libraries say is apart.
export const ownSentences = { ...fileSentences, ...keySentences, ...valueSentences, ...graphSentences, ...instanceSentences, ...triggerSentences, ...administrationSentences };

export const inChinese = translator({ ...ownSentences, ...librarySentences }, words);
