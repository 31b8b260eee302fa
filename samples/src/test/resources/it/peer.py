"""A program with kernel sockets that does what it is told.

Reads one command a line and answers each with one line: "ok ..." or "error ...". Ends with its standard input.
Octets sent are a pseudo-random block with a running number in front, so that no two pieces of a stream are alike.
"""
import hashlib
import os
import resource
import select
import socket
import struct
import subprocess
import sys
import threading

BLOCK = os.urandom(1 << 18)
TIMEOUT = 60.0
sockets = {}


def pieces(total):
    number = 0
    while total > 0:
        piece = struct.pack(">Q", number) + BLOCK[8:]
        yield piece[:total]
        total -= len(piece)
        number += 1


def send_all(sock, total):
    digest = hashlib.sha256()
    for piece in pieces(total):
        digest.update(piece)
        sock.sendall(piece)
    return digest.hexdigest()


def receive(sock, total):
    """Receives total octets, or until the end when total is negative."""
    digest = hashlib.sha256()
    count = 0
    buffer = memoryview(bytearray(1 << 20))
    while total < 0 or count < total:
        want = len(buffer) if total < 0 else min(len(buffer), total - count)
        n = sock.recv_into(buffer[:want])
        if n == 0:
            if total < 0:
                break
            raise IOError("end after %d of %d octets" % (count, total))
        digest.update(buffer[:n])
        count += n
    return count, digest.hexdigest()


def echo_over(sock, total):
    sent = []
    failure = []

    def sender():
        try:
            sent.append(send_all(sock, total))
        except OSError as e:
            failure.append(e)

    thread = threading.Thread(target=sender, daemon=True)
    thread.start()
    _, received = receive(sock, total)
    thread.join()
    if failure:
        raise failure[0]
    if sent[0] != received:
        raise IOError("sent %s, received %s" % (sent[0], received))
    return received


def open_to(host, port, receive_buffer=0, send_buffer=0):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.settimeout(TIMEOUT)
    if int(receive_buffer):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, int(receive_buffer))
    if int(send_buffer):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, int(send_buffer))
    sock.connect((host, int(port)))
    return sock


def connect(name, host, port, receive_buffer=0, send_buffer=0):
    sockets[name] = open_to(host, port, receive_buffer, send_buffer)
    return ""


def listen(name, host, port, backlog=16):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.settimeout(TIMEOUT)
    sock.bind((host, int(port)))
    sock.listen(int(backlog))
    sockets[name] = sock
    return ""


def accept(listener, name):
    sockets[name], _ = sockets[listener].accept()
    sockets[name].settimeout(TIMEOUT)
    return ""


def reflect(name, host, port):
    """Listens, and sends back what it gets on each connection until its end, in the background."""
    listen(name, host, port, 1024)
    sockets[name].settimeout(None)

    def back(sock):
        with sock:
            while True:
                data = sock.recv(1 << 16)
                if not data:
                    return
                sock.sendall(data)

    def accepting(listener):
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return  # unlisten
            threading.Thread(target=back, args=(sock,), daemon=True).start()

    threading.Thread(target=accepting, args=(sockets[name],), daemon=True).start()
    return ""


def unlisten(name):
    """Ends `listen` or `reflect`: closing alone does not wake who waits in accept."""
    listener = sockets.pop(name)
    listener.shutdown(socket.SHUT_RD)
    listener.close()
    return ""


def echo(name, total):
    return echo_over(sockets[name], int(total))


def send(name, total):
    return send_all(sockets[name], int(total))


def offer(name, total):
    """Sends in the background: the peer may take it or not. `sent` waits for the end."""
    entry = {}

    def sender():
        try:
            entry["answer"] = send_all(sockets[name], int(total))
        except OSError as e:
            entry["failure"] = e

    sockets[name].settimeout(None)
    entry["thread"] = threading.Thread(target=sender, daemon=True)
    entry["thread"].start()
    sockets[name + ".offer"] = entry
    return ""


def sent(name):
    entry = sockets.pop(name + ".offer")
    entry["thread"].join(TIMEOUT)
    if "failure" in entry:
        raise entry["failure"]
    return entry["answer"]


def fill(prefix, host, port, count, octets):
    """Opens connections and puts into each what it takes at once, at most `octets`."""
    for i in range(int(count)):
        sock = open_to(host, port, 0, int(octets))
        sock.setblocking(False)
        try:
            sock.send(BLOCK[:int(octets)])
        except BlockingIOError:
            pass
        sockets["%s%d" % (prefix, i)] = sock
    return ""


def dial(prefix, host, port, count):
    """Starts to open connections and waits for none."""
    for i in range(int(count)):
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setblocking(False)
        sock.connect_ex((host, int(port)))
        sockets["%s%d" % (prefix, i)] = sock
    return ""


def greet(prefix, count):
    """Over each of the connections that were dialled: a few octets there and back. How many came about, and failed."""
    came = 0
    for i in range(int(count)):
        sock = sockets.pop("%s%d" % (prefix, i))
        sock.settimeout(TIMEOUT)
        try:
            select.select([], [sock], [], TIMEOUT)
            message = struct.pack(">Q", i)
            sock.sendall(message)
            answer = b""
            while len(answer) < len(message):
                part = sock.recv(64)
                if not part:
                    raise IOError("end of connection %d" % i)
                answer += part
            if answer != message:
                return "connection %d echoed %r" % (i, answer)
            came += 1
        except OSError:
            pass
        finally:
            sock.close()
    return "%d %d" % (came, int(count) - came)


def recv(name, total):
    count, digest = receive(sockets[name], int(total))
    return "%d %s" % (count, digest)


def shutdown(name):
    sockets[name].shutdown(socket.SHUT_WR)
    return ""


def close(name):
    sockets.pop(name).close()
    return ""


def reset(name):
    sock = sockets.pop(name)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()
    return ""


def parallel(host, port, clients, octets):
    """So many clients at the same time; fails when one of them does not get back what it sent."""
    failures = []

    def client():
        try:
            with open_to(host, port) as sock:
                echo_over(sock, int(octets))
        except OSError as e:
            failures.append(str(e))

    threads = [threading.Thread(target=client, daemon=True) for _ in range(int(clients))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise IOError("%d clients failed: %s" % (len(failures), failures[0]))
    return ""


def sequence(host, port, count):
    """Connect, echo, close, again and again."""
    for i in range(int(count)):
        with open_to(host, port) as sock:
            message = struct.pack(">Q", i)
            sock.sendall(message)
            sock.shutdown(socket.SHUT_WR)
            answer = b""
            while True:
                part = sock.recv(64)
                if not part:
                    break
                answer += part
            if answer != message:
                raise IOError("connection %d echoed %r" % (i, answer))
    return ""


def ss(*words):
    """What `ss` says, on one line."""
    output = subprocess.run(["ss", *words], capture_output=True, text=True, timeout=TIMEOUT, check=True).stdout
    return " ".join(output.split())


def counter(name):
    """A counter of the namespace, as /proc/net/netstat and /proc/net/snmp have it: for example TcpExt.TCPWinProbe."""
    group, key = name.split(".")
    for path in ("/proc/net/netstat", "/proc/net/snmp"):
        with open(path) as file:
            lines = file.read().splitlines()
        for names, values in zip(lines[::2], lines[1::2]):
            if names.startswith(group + ":") and key in names.split():
                return values.split()[names.split().index(key)]
    raise IOError("no counter " + name)


COMMANDS = {f.__name__: f for f in (
    connect, listen, accept, reflect, unlisten, echo, send, offer, sent, fill, dial, greet, recv, shutdown, close, reset,
    parallel, sequence, ss, counter)}


def main():
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(limit, 65536), limit))
    for line in sys.stdin:
        command, *arguments = line.split()
        try:
            answer = "ok " + COMMANDS[command](*arguments)
        except (OSError, KeyError, ValueError, subprocess.SubprocessError) as e:
            answer = "error %s: %s" % (type(e).__name__, e)
        print(answer.replace("\n", " "), flush=True)


main()
