"""renew_lost_lease.py GUARD ETCD_URL HOW: prints the leader key's value and what renewing it returned."""
import base64
import importlib.util
import os
import sys

from patroni.dcs.etcd3 import Etcd3

guard_file, url, how = sys.argv[1:]
spec = importlib.util.spec_from_file_location('guard', guard_file)
guard = importlib.util.module_from_spec(spec)
spec.loader.exec_module(guard)
if how != 'unguarded':
    guard.guard_update_leader()

dcs = Etcd3({'host': url.split('//')[1], 'scope': how, 'namespace': 'service', 'name': 'a',
             'ttl': 5, 'loop_wait': 1, 'retry_timeout': 3})
assert dcs.attempt_to_acquire_leader(), 'the key was free'
dcs.get_cluster()
if how in ('guarded', 'unguarded'):
    # A pause longer than the lease, right after a look at the cluster; the standby is promoted meanwhile.
    dcs._client.call_rpc('/kv/lease/revoke', {'ID': dcs._lease})
    dcs._client.put(dcs.leader_path, 'b')
elif how == 'guarded-new-lease':
    # A changed ttl: a new lease, the key still ours.
    dcs._lease = dcs._client.lease_grant(7)
renewed = dcs._update_leader()
key = base64.b64encode(dcs.leader_path.encode()).decode()
kvs = dcs._client.call_rpc('/kv/range', {'key': key})['kvs']
print(base64.b64decode(kvs[0]['value']).decode(), renewed)
sys.stdout.flush()
os._exit(0)
