/** Tests of the services that every module shares. */
@NullMarked
package io.gatehouse.base;

import org.jspecify.annotations.NullMarked;
