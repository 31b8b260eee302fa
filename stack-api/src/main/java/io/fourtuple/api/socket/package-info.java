/** POSIX sockets over a stack: file descriptors, calls, options and epoll, under the names of Linux' manual pages. */
package io.fourtuple.api.socket;
