import '../../helpers/on-postgres.ts';
import '../../verify/verify.test.ts';
import '../../verify/rebuilt.test.ts';
