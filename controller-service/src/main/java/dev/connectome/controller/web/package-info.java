/** The page for people, which reads everything from the API. */
@NullMarked
package dev.connectome.controller.web;

import org.jspecify.annotations.NullMarked;
