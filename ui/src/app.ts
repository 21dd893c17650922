// Enhances the pages that the server renders: Buildbot's old addresses, live parts, logs that grow.

import { keepAlive } from './live';
import './log';

/** Buildbot's own UI had its pages behind `#`; links to those, in mails and comments, lead to ours. */
function followOldAddress(): boolean {
  const old = location.hash.match(/^#\/?((builders|workers|changes|buildrequests|schedulers|about)(\/.*)?)$/);
  if (old && location.pathname === '/') {
    location.replace('/' + old[1].replace(/\/steps\/(\d+)$/, '#step-$1'));
    return true;
  }
  return false;
}

if (!followOldAddress()) {
  keepAlive();
}
