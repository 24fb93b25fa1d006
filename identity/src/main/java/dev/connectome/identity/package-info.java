/**
 * Who calls, and who may call what. Pure: this package uses the JDK only; {@code identity.server}
 * stands at the door of a service, {@code identity.client} shows a token there.
 */
@NullMarked
package dev.connectome.identity;

import org.jspecify.annotations.NullMarked;
