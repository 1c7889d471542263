"""The gates' rows: one for the bot, one for each chat, shared by all replicas."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from scheduler.gates import Gate, new_gate
from storage.statements import inserting
from storage.tables import GateRow, table_of

gates = table_of(GateRow)


async def gates_of(
    engine: AsyncEngine, connection: AsyncConnection, names: Sequence[str], now: datetime
) -> dict[str, Gate]:
    """Locked, made where they are missing."""
    wanted = sorted(set(names))
    statement = select(gates).where(gates.c.name.in_(wanted)).order_by(gates.c.name).with_for_update()
    found = {row["name"]: row for row in (await connection.execute(statement)).mappings()}
    missing = [name for name in wanted if name not in found]
    if missing:
        new = [{"name": name, "free_at": now, "shut_until": now} for name in missing]
        await connection.execute(inserting(engine, gates).on_conflict_do_nothing(), new)
    known = {name: Gate(row["free_at"], row["shut_until"]) for name, row in found.items()}
    return known | {name: new_gate(now) for name in missing}


async def put_gates(connection: AsyncConnection, changed: Mapping[str, Gate]) -> None:
    free_at, shut_until = (bindparam(f"new_{name}", type_=gates.c[name].type) for name in ("free_at", "shut_until"))
    statement = update(gates).where(gates.c.name == bindparam("of")).values(free_at=free_at, shut_until=shut_until)
    values = [{"of": n, "new_free_at": g.free_at, "new_shut_until": g.shut_until} for n, g in sorted(changed.items())]
    await connection.execute(statement, values)
