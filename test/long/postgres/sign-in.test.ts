import '../../helpers/on-postgres.ts';
import '../../access/bearer.test.ts';
import '../../access/login.test.ts';
