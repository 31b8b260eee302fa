/** Interfaces of Linux that exist already, by packet(7) sockets. Needs {@code --enable-native-access}. */
package io.fourtuple.nic.packet;
