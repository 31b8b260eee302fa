/** An ordinary Pekko application: a chat server over Streams. */
package example.chat;
