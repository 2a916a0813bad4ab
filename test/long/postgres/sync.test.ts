import '../../helpers/on-postgres.ts';
import '../../import/sync/sync.test.ts';
