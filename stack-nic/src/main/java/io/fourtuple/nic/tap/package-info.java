/** The Linux TAP device, by the foreign function interface. Needs {@code --enable-native-access}. */
package io.fourtuple.nic.tap;
