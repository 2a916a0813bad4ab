import '../../helpers/on-postgres.ts';
import '../../ledger/decide.test.ts';
import '../../ledger/external-ids.test.ts';
import '../../ledger/where.test.ts';
