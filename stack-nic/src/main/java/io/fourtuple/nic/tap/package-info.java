/** The Linux TAP and TUN devices, by the foreign function interface. Needs {@code --enable-native-access}. */
package io.fourtuple.nic.tap;
