# A road out of a network of one's own: what connects to the port here comes out at the socket that is a file, which both sides see. The port
# is on this address, or on the machine's own.
import ctypes
import signal
import socket
import sys
import threading


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def join(near):
    far = socket.socket(socket.AF_UNIX)
    try:
        far.connect(sys.argv[2])
    except OSError:
        near.close()
        return
    threading.Thread(target=pump, args=(near, far), daemon=True).start()
    pump(far, near)


# It goes with the agent that it was started for (PR_SET_PDEATHSIG): nobody else would end it.
ctypes.CDLL(None).prctl(1, signal.SIGKILL)
listener = socket.create_server((sys.argv[3] if len(sys.argv) > 3 else "127.0.0.1", int(sys.argv[1])))
while True:
    connection, _ = listener.accept()
    threading.Thread(target=join, args=(connection,), daemon=True).start()
