import '../../helpers/on-postgres.ts';
import '../../import/sync.test.ts';
