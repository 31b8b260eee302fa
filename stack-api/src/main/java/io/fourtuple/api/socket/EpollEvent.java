package io.fourtuple.api.socket;

/**
 * One result of {@link SocketLayer#epollWait}.
 *
 * @param events what is ready: bits of {@code EPOLLIN} and so on
 * @param data what was given with {@link SocketLayer#epollCtl}
 */
public record EpollEvent(int events, long data) {}
