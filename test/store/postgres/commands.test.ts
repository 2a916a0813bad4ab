import '../../helpers/on-postgres.ts';
import '../../cli/export.test.ts';
import '../../verify/command.test.ts';
