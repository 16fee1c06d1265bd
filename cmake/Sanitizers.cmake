# SPDX-License-Identifier: Apache-2.0
# AIFLOW_SANITIZE: "" | "address" (with undefined behaviour) | "thread".
set(AIFLOW_SANITIZE "" CACHE STRING "address or thread")
if(AIFLOW_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(AIFLOW_SANITIZE STREQUAL "thread")
  # g++ warns that atomic_thread_fence is not modelled; our code does not use fences.
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer -Wno-tsan)
  add_link_options(-fsanitize=thread)
elseif(AIFLOW_SANITIZE)
  message(FATAL_ERROR "AIFLOW_SANITIZE is 'address' or 'thread', not '${AIFLOW_SANITIZE}'")
endif()
