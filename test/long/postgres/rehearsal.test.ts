import '../../helpers/on-postgres.ts';
import '../../import/import.test.ts';
import '../../store/rehearsal.test.ts';
