/**
 * What python3 runs: it sends the batches of `task.json` and prints what comes. It stops at the first error with exit
 * code 1; errors go to standard error, what PRINT says to standard output, as sqlcmd does with `-b -r`.
 */
export const sqlServerProgram = String.raw`
import datetime, decimal, json, sys
try:
    from pymssql import _mssql
except ImportError:
    sys.exit("The Python package pymssql is missing. On Debian: apt-get install python3-pymssql")

with open(sys.argv[1], encoding="utf-8") as file:
    task = json.load(file)
separator = "\t" if task["separator"] is None else task["separator"]
out = open(1, "w", encoding="utf-8", errors="replace", newline="", buffering=1 << 16, closefd=False)

def text(value):
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, (bytes, bytearray)):
        return "0x" + value.hex().upper()
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ")
    return str(value).rstrip(" ") if task["separator"] is not None else str(value)

def said(state, severity, server, procedure, line, message):
    if severity <= 10 and message:
        out.write(message.decode("utf-8", "replace") if isinstance(message, bytes) else message)
        out.write("\n")

def fail(error, first_line):
    out.flush()
    number, severity, state = (getattr(error, name, 0) for name in ("number", "severity", "state"))
    message = getattr(error, "text", None) or (error.args[0] if error.args else "") or repr(error)
    if isinstance(message, tuple):
        message = message[-1]
    if isinstance(message, bytes):
        message = message.decode("utf-8", "replace")
    # The driver adds what its library says too, twice.
    said_by_server, _, said_by_library = str(message).partition("DB-Lib error message")
    lines = [line for line in said_by_library.splitlines()[1:] if not line.startswith("DB-Lib error message")]
    message = said_by_server.strip() or "\n".join(dict.fromkeys(lines))
    line = f", Line {first_line + max(getattr(error, 'line', 1), 1) - 1}" if first_line else ""
    sys.exit(f"Msg {number}, Level {severity}, State {state}{line}\n{message}")

def show(connection):
    while True:
        header = connection.get_header()
        if header:
            columns = range(len(header))
            if task["separator"] is None:
                out.write(separator.join(name for name, *_ in header) + "\n")
            for row in connection:
                out.write(separator.join(text(row[column]) for column in columns) + "\n")
        if connection.rows_affected >= 0:
            count = connection.rows_affected
            out.write(f"\n({count} row{'' if count == 1 else 's'} affected)\n")
        if not connection.nextresult():
            break

_mssql.login_timeout = 30
try:
    names = ("server", "port", "user", "password", "database")
    connection = _mssql.connect(**{name: task[name] for name in names}, charset="UTF-8", appname="runops")
except Exception as error:
    fail(error, 0)
connection.set_msghandler(said)
for batch in task["batches"]:
    try:
        for _ in range(batch["times"]):
            connection.execute_query(batch["sql"])
            show(connection)
            out.flush()
    except Exception as error:
        fail(error, batch["line"])
`;
