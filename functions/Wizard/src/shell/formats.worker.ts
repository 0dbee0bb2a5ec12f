import { formatDateTime, formatRelative, formatSize } from './format';

formatDateTime(0);
formatSize(1);
formatRelative('2000-01-01');
close();
