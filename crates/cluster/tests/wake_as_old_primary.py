"""wake_as_old_primary.py GUARD HOW: may site a, which runs as primary, take the free leader key?

HOW is `unguarded`, or what a guarded a finds: `named` in /sync, `replaced` in it, or `behind` a timeline.
"""
import importlib.util
import sys
from types import SimpleNamespace

from patroni.dcs import SyncState
from patroni.ha import Ha

guard_file, how = sys.argv[1:]
spec = importlib.util.spec_from_file_location('guard', guard_file)
guard = importlib.util.module_from_spec(spec)
spec.loader.exec_module(guard)
if how != 'unguarded':
    guard.guard_is_healthiest_node()

sync = SyncState(1, 'a', 'b,w') if how in ('named', 'behind') else SyncState(1, 'b', 'w')
site = SimpleNamespace(
    state_handler=SimpleNamespace(name='a', is_leader=lambda: True, is_starting=lambda: False,
                                  get_primary_timeline=lambda: 1),
    cluster=SimpleNamespace(sync=sync, timeline=1 if how == 'named' else 2, failover=None),
    dcs=SimpleNamespace(ttl=8), patroni=SimpleNamespace(nofailover=False),
    is_paused=lambda: False, is_synchronous_mode=lambda: True, _released_leader_key_timestamp=0)
print(Ha.is_healthiest_node(site))
