import '../../helpers/on-postgres.ts';
import '../../ledger/decide.test.ts';
