import '../../helpers/on-postgres.ts';
import '../../http/erasure.test.ts';
import '../../http/import.test.ts';
import '../../http/post-events.test.ts';
import '../../http/undo.test.ts';
