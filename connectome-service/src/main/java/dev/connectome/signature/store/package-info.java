/**
 * What is kept of each run between records: the change-logged stores, their keys and the form of
 * their values.
 */
@NullMarked
package dev.connectome.signature.store;

import org.jspecify.annotations.NullMarked;
