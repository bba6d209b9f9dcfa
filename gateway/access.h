// Who may call a route. Every route names one: Router::add takes no route without.
#pragma once

#include <string_view>

namespace easel {

enum class Access {
  // Anybody, always: the page, health, pictures, login. Credentials that are no good count as none.
  kPublic,
  // Anybody, also where anonymous use is switched off: visitors of a prank. Here, as in all below,
  // credentials that are no good are refused (401).
  kVisitor,
  // Callers without credentials unless anonymous use is switched off; keys with the scope; admins.
  kGenerate,
  kEdit,
  kGenerateOrEdit,  // what both lead to: models, generations, their events
  // Admins, by session or name and password, and keys with the scope `admin`.
  kAdmin
};

constexpr std::string_view access_name(Access access) {
  switch (access) {
    case Access::kPublic:
      return "public";
    case Access::kVisitor:
      return "visitor";
    case Access::kGenerate:
      return "generate";
    case Access::kEdit:
      return "edit";
    case Access::kGenerateOrEdit:
      return "generate or edit";
    case Access::kAdmin:
      return "admin";
  }
  return "";
}

}  // namespace easel
