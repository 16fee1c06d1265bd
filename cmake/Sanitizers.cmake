# SPDX-License-Identifier: Apache-2.0
# AIFLOW_SANITIZE: "" | "address" (with undefined behaviour) | "thread".
# g++ warns of uninitialized values that it cannot follow through a sanitizer's instructions (its
# manual says so); the other presets keep that warning.
set(AIFLOW_SANITIZE "" CACHE STRING "address or thread")
if(AIFLOW_SANITIZE STREQUAL "address")
  # The null, alignment and object-size checks on every pointer more than double the time to compile.
  # The address sanitizer stops at null pointers and overruns too; who reads binary formats asks for
  # the alignment check: target_compile_options(… ${AIFLOW_CHECK_ALIGNMENT}).
  add_compile_options(-fsanitize=address,undefined -fno-sanitize=null,alignment,object-size
                      -fno-sanitize-recover=all -fno-omit-frame-pointer -Wno-maybe-uninitialized)
  set(AIFLOW_CHECK_ALIGNMENT -fsanitize=alignment)
  add_link_options(-fsanitize=address,undefined)
elseif(AIFLOW_SANITIZE STREQUAL "thread")
  # g++ warns that atomic_thread_fence is not modelled; our code does not use fences.
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer -Wno-tsan -Wno-maybe-uninitialized)
  add_link_options(-fsanitize=thread)
elseif(AIFLOW_SANITIZE)
  message(FATAL_ERROR "AIFLOW_SANITIZE is 'address' or 'thread', not '${AIFLOW_SANITIZE}'")
endif()
