"""Alongside: a shared place where a person and their social worker decide, act and keep the record together.

SQLite before 3.51.3 can corrupt a database in WAL mode, and most systems ship an older one. The
`pysqlite3` wheel carries a newer one with it; it takes the standard module's place here, before
Django or anything else of ours loads.
"""

import sys

try:
    import pysqlite3
    import pysqlite3.dbapi2
except ImportError:  # a platform without the wheel: config.sqlite then judges the system's SQLite
    pass
else:
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
