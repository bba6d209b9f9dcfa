// Files of the data folder beside the database and the pictures.
#pragma once

namespace easel {

// The argon2id hash of the last password that came from --admin-password-file.
inline constexpr char kPasswordMarkFile[] = "admin_password_file.hash";

}  // namespace easel
