#!/usr/bin/python3
"""Starts Patroni, closing three holes of release 3.0.2 (the one in Debian 12) and sparing one wait.

1. Etcd3._update_leader puts the leader key without a condition when its lease has expired. A primary
   that was paused for longer than the lease, between reading the cluster and renewing, takes the key
   from the standby promoted meanwhile, and that standby's acknowledged rows are rewound away.
   Here the key is renewed only while it still holds our name (upstream: pull requests 2689 and 2693,
   which also create the key when it is missing; we do not: a primary that lost it stands for election).
2. Ha.is_healthiest_node says yes for whoever runs as primary, so an old primary that wakes up while
   there is no leader takes the lead over a later timeline. Here it must be named in the /sync key and
   must not be behind the cluster's last known timeline (upstream: pull request 2787, the timeline alone).
3. A restarted Patroni writes synchronous_standby_names = '*' into the file of a running primary, whatever
   /sync promises, and leaves it so as long as the standbys do not change. '*' is satisfied by any one
   standby, /sync may name another, and that other may then be promoted without the rows. Here the value
   in the file stays, and /sync is emptied as soon as PostgreSQL does not wait for all it names.
4. A member tagged nofailover sleeps two seconds whenever there is no leader. Our witness is the copy the
   new primary's first commit waits for, so those are two seconds of outage. Here it goes on as it is and
   looks again when the leader key changes.

Other releases are refused: what they need has not been looked at.
"""
import sys

import patroni.__main__ as entry
from patroni.version import __version__

GUARDED = '3.0.2'


def guard_update_leader():
    from patroni.dcs import catch_return_false_exception
    from patroni.dcs import etcd3
    from patroni.dcs.etcd3 import Etcd3, Etcd3Error, base64_encode

    def renew_own_key(self, **kwargs):
        key, name = base64_encode(self.leader_path), base64_encode(self._name)
        compare = {'key': key, 'target': 'VALUE', 'value': name}
        put = {'request_put': {'key': key, 'value': name, 'lease': self._lease}}
        return self._client.txn(compare, put, **kwargs)

    @catch_return_false_exception
    def _update_leader(self):
        retry = self._retry.copy()

        def _retry(*args, **kwargs):
            kwargs['retry'] = retry
            return retry(*args, **kwargs)

        self._run_and_handle_exceptions(self._do_refresh_lease, True, retry=_retry)
        if not self._lease:
            return False
        cluster = self.cluster
        leader_lease = cluster and cluster.leader and cluster.leader.session
        if leader_lease == self._lease:
            return True
        retry.deadline = retry.stoptime - etcd3.time.time()
        if retry.deadline < 1:
            raise Etcd3Error('update_leader timeout')
        return bool(self._run_and_handle_exceptions(renew_own_key, self, retry=_retry))

    Etcd3._update_leader = _update_leader


def guard_is_healthiest_node():
    from patroni.ha import Ha, logger

    unguarded = Ha.is_healthiest_node

    def is_healthiest_node(self):
        if self.state_handler.is_leader() and not self.is_paused():
            sync = self.cluster.sync
            if self.is_synchronous_mode() and not sync.is_empty and not sync.matches(self.state_handler.name):
                logger.warning('Running as primary, but /sync names %s and %s', sync.leader, sync.members)
                return False
            mine, known = self.state_handler.get_primary_timeline(), self.cluster.timeline
            if mine < known:
                logger.warning('Running as primary on timeline %s, behind timeline %s', mine, known)
                return False
        return unguarded(self)

    Ha.is_healthiest_node = is_healthiest_node


def guard_synchronous_standby_names():
    import re

    from patroni.ha import Ha, logger
    from patroni.postgresql.config import ConfigHandler
    from patroni.postgresql.postmaster import PostmasterProcess
    from patroni.postgresql.sync import parse_sync_standby_names

    line = re.compile(r"^synchronous_standby_names = '(.*)'$", re.MULTILINE)
    unguarded_parameters = ConfigHandler.get_server_parameters
    unguarded_process = Ha.process_sync_replication

    def get_server_parameters(self, config):
        if self._synchronous_standby_names is None and PostmasterProcess.from_pidfile(self._postgresql.data_dir):
            try:
                with open(self._postgresql_conf) as conf:
                    in_place = line.findall(conf.read())
            except OSError:
                in_place = []
            if in_place:
                self._synchronous_standby_names = in_place[-1].replace("''", "'")
        return unguarded_parameters(self, config)

    def waits_for_all(value, names):
        try:
            parsed = parse_sync_standby_names(value or '')
        except ValueError:
            return False
        return not parsed.get('has_star') and parsed['num'] == len(parsed['members']) \
            and all(name in parsed['members'] for name in names)

    def process_sync_replication(self):
        sync = self.cluster.sync
        if self.is_synchronous_mode() and self.state_handler.is_leader() and sync.members \
                and not waits_for_all(self.state_handler.synchronous_standby_names(), sync.members):
            logger.warning('PostgreSQL does not wait for all of %s: emptying /sync', sync.members)
            if not self.dcs.write_sync_state(self.state_handler.name, None, index=sync.index):
                logger.info('Synchronous replication key updated by someone else.')
            return
        unguarded_process(self)

    ConfigHandler.get_server_parameters = get_server_parameters
    Ha.process_sync_replication = process_sync_replication


def spare_the_witness_its_sleep():
    from patroni.ha import Ha

    unguarded = Ha.process_unhealthy_cluster

    def process_unhealthy_cluster(self):
        if self.patroni.nofailover and not self.state_handler.is_leader() and not self.cluster.failover:
            self._rewind.trigger_check_diverged_lsn()
            return 'waiting for a leader; I am not allowed to become one'
        return unguarded(self)

    Ha.process_unhealthy_cluster = process_unhealthy_cluster


def guard():
    guard_update_leader()
    guard_is_healthiest_node()
    guard_synchronous_standby_names()
    spare_the_witness_its_sleep()


if __name__ == '__main__':
    if __version__ != GUARDED:
        sys.exit('Patroni %s is not supported here: %s is needed' % (__version__, GUARDED))
    guard()
    entry.main()
