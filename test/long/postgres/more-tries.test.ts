import '../../helpers/on-postgres.ts';
// The suites that leave tests out in `npm test`.
import '../../store/postgres/outages.test.ts';
import '../../store/postgres/rebuild.test.ts';
import '../../store/postgres/settings.test.ts';
import '../../store/postgres/versions.test.ts';
import '../../store/recorder.test.ts';
