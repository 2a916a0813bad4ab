// What suites of what goes over HTTP leave out, or try little, in `npm test`.
import '../helpers/only-marked.ts';
import '../access/others.test.ts';
import '../access/table.test.ts';
import '../http/config.test.ts';
import '../http/conformance.test.ts';
import '../http/idle-readers.test.ts';
import '../http/import.test.ts';
import '../http/reading/finding.test.ts';
import '../http/reading/search.test.ts';
import '../http/reading/slow-reads.test.ts';
import '../http/reading/undated.test.ts';
import '../http/reading/whole-lists.test.ts';
import '../http/stream.test.ts';
import '../http/undo.test.ts';
