// What suites leave out, or try little, in `npm test`.
import '../../helpers/only-marked.ts';
import '../../helpers/on-postgres.ts';
import '../../store/postgres/outages.test.ts';
import '../../store/postgres/rebuild.test.ts';
import '../../store/postgres/settings.test.ts';
import '../../store/postgres/versions.test.ts';
import '../../store/recorder.test.ts';
