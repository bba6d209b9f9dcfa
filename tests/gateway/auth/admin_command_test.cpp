// The program itself: `easel-gateway admin`, its socket, the password file, and what it writes
// down.
#include <gtest/gtest.h>
#include <httplib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "base/strings.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

constexpr char kPassword[] = "correct horse battery";
constexpr uid_t kSomebody = 65534;
constexpr char kOtherPassword[] = "staple battery horse";

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

class AdminCommandTest : public ::testing::Test {
 protected:
  AdminCommandTest() {
    std::filesystem::create_directory(data());
    std::filesystem::permissions(data(), std::filesystem::perms::owner_all);
  }
  ~AdminCommandTest() override { stop(SIGTERM); }

  std::filesystem::path data() const { return folder / "data"; }

  // Starts the program; its output goes to `log`, what it announces to the pipe.
  pid_t spawn(std::vector<std::string> arguments, const std::string& input, int ready_fd = -1) {
    const std::filesystem::path stdin_file = folder.write("stdin", input);
    arguments.insert(arguments.begin(), {EASEL_GATEWAY, "--data-dir", data().string()});
    std::vector<char*> raw;
    for (std::string& argument : arguments) raw.push_back(argument.data());
    raw.push_back(nullptr);
    const std::string log = (folder / "log").string();
    const pid_t child = ::fork();
    if (child != 0) return child;
    if (ready_fd >= 0) ::setenv("EASEL_READY_FD", std::to_string(ready_fd).c_str(), 1);
    if (std::freopen(stdin_file.c_str(), "r", stdin) == nullptr ||
        std::freopen(log.c_str(), "a", stderr) == nullptr ||
        std::freopen(log.c_str(), "a", stdout) == nullptr) {
      ::_exit(126);
    }
    if (user != 0 && (::setgid(group) != 0 || ::setuid(user) != 0)) ::_exit(126);
    ::execv(EASEL_GATEWAY, raw.data());
    ::_exit(127);
  }
  int run(const std::vector<std::string>& arguments, const std::string& input = "") {
    int status = 0;
    ::waitpid(spawn(arguments, input), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  void serve(std::vector<std::string> arguments = {}) {
    int ready[2];
    ASSERT_EQ(::pipe(ready), 0);
    arguments.insert(arguments.begin(), {"--port", "0", "--worker", "127.0.0.1:1"});
    gateway = spawn(arguments, "", ready[1]);
    ::close(ready[1]);
    std::FILE* line = ::fdopen(ready[0], "r");
    ASSERT_EQ(std::fscanf(line, "http://127.0.0.1:%d/", &port), 1) << text_of(folder / "log");
    std::fclose(line);
  }
  int stop(int signal) {
    if (gateway <= 0) return 0;
    ::kill(gateway, signal);
    int status = 0;
    ::waitpid(gateway, &status, 0);
    gateway = -1;
    return status;
  }

  httplib::Client client() const {
    httplib::Client client("127.0.0.1", port);
    client.set_read_timeout(30);
    return client;
  }
  httplib::Result log_in(const std::string& name, const std::string& password) const {
    return client().Post("/api/admin/login",
                         nlohmann::json{{"name", name}, {"password", password}}.dump(),
                         "application/json");
  }
  int login_status(const std::string& name, const std::string& password) const {
    const httplib::Result result = log_in(name, password);
    return result ? result->status : -1;
  }
  // "easel_session=…" of a new login; "" for none.
  std::string session_cookie(const std::string& name, const std::string& password) const {
    const httplib::Result login = log_in(name, password);
    const std::string field = login ? login->get_header_value("Set-Cookie") : "";
    return field.substr(0, field.find(';'));
  }
  int session_status(const std::string& cookie) const {
    const httplib::Result result = client().Get("/api/admin/session", {{"Cookie", cookie}});
    return result ? result->status : -1;
  }

  TempFolder folder;
  uid_t user = 0;  // whom the programs run as; 0: as the test
  gid_t group = 0;
  pid_t gateway = -1;
  int port = 0;
};

TEST_F(AdminCommandTest, MakesAnAdminInTheGatewayThatRuns) {
  serve();
  EXPECT_EQ(login_status("ada", kPassword), 401);
  EXPECT_EQ(run({"admin", "create", "ada"}, concat(kPassword, "\n")), 0);
  EXPECT_EQ(login_status("ada", kPassword), 200);
  EXPECT_EQ(run({"admin", "create", "ada"}, concat(kPassword, "\n")), 1) << "there is one already";
  EXPECT_EQ(run({"admin", "reset", "bob"}, concat(kPassword, "\n")), 1) << "there is none";
  EXPECT_EQ(run({"admin", "create", "eve"}, "short\n"), 1);
  EXPECT_NE(text_of(folder / "log").find("the password must have 12 to 1024 bytes"),
            std::string::npos);
}

TEST_F(AdminCommandTest, SaysWhichDataFolderAndThatItsDatabaseIsNew) {
  constexpr char kIsNew[] = "Its database is new";
  EXPECT_EQ(run({"admin", "create", "ada"}, concat(kPassword, "\n")), 0);
  std::string told = text_of(folder / "log");
  EXPECT_NE(told.find(concat("Data folder: ", data().string(), "\n")), std::string::npos) << told;
  EXPECT_NE(told.find(kIsNew), std::string::npos) << told;
  EXPECT_NE(told.find("--data-dir"), std::string::npos) << told;
  std::filesystem::remove(folder / "log");
  EXPECT_EQ(run({"admin", "create", "bob"}, concat(kPassword, "\n")), 0);
  told = text_of(folder / "log");
  EXPECT_NE(told.find(data().string()), std::string::npos) << told;
  EXPECT_EQ(told.find(kIsNew), std::string::npos) << told;
}

TEST_F(AdminCommandTest, AResetEndsTheSessionsOfTheGatewayThatRuns) {
  serve();
  ASSERT_EQ(run({"admin", "create", "ada"}, kPassword), 0);
  const std::string cookie = session_cookie("ada", kPassword);
  EXPECT_EQ(session_status(cookie), 200);
  const std::string file = folder.write("new", concat(kOtherPassword, "\n")).string();
  EXPECT_EQ(run({"admin", "reset", "ada", "--password-file", file}), 0);
  EXPECT_EQ(session_status(cookie), 401);
  EXPECT_EQ(login_status("ada", kPassword), 401);
  EXPECT_EQ(login_status("ada", kOtherPassword), 200);
}

TEST_F(AdminCommandTest, WhoIsRemovedIsNoAdminAnyMore) {
  serve();
  ASSERT_EQ(run({"admin", "create", "ada"}, kPassword), 0);
  ASSERT_EQ(run({"admin", "create", "bob"}, kPassword), 0);
  const std::string cookie = session_cookie("ada", kPassword);
  EXPECT_EQ(session_status(cookie), 200);
  EXPECT_EQ(run({"admin", "remove", "ada"}), 0);
  EXPECT_EQ(session_status(cookie), 401);
  EXPECT_EQ(login_status("ada", kPassword), 401);
  EXPECT_EQ(login_status("bob", kPassword), 200);
  EXPECT_EQ(run({"admin", "remove", "ada"}), 1) << "there is none any more";
  EXPECT_EQ(text_of(folder / "log").find("There is no admin any more"), std::string::npos);
  EXPECT_EQ(run({"admin", "remove", "bob"}), 0);
  EXPECT_NE(text_of(folder / "log").find("There is no admin any more"), std::string::npos);
  ASSERT_EQ(run({"admin", "create", "ada"}, kOtherPassword), 0);
  EXPECT_EQ(session_status(cookie), 401) << "an old session is not that of a new admin of the name";
  EXPECT_EQ(login_status("ada", kOtherPassword), 200);
}

TEST_F(AdminCommandTest, ARemovalIsWrittenDown) {
  serve();
  ASSERT_EQ(run({"admin", "create", "ada"}, kPassword), 0);
  ASSERT_EQ(run({"admin", "create", "bob"}, kPassword), 0);
  ASSERT_EQ(run({"admin", "remove", "bob"}), 0);
  httplib::Client admin = client();
  admin.set_basic_auth("ada", kPassword);
  const httplib::Result audit = admin.Get("/api/admin/audit");
  ASSERT_TRUE(audit);
  const nlohmann::json newest = nlohmann::json::parse(audit->body)["items"][0];
  EXPECT_EQ(newest["action"], "admin remove") << newest;
  EXPECT_EQ(newest["target"], "bob") << newest;
  EXPECT_EQ(newest["actor"], "local") << newest;
}

TEST_F(AdminCommandTest, ListsAdminsWithAndWithoutAGatewayThatRuns) {
  EXPECT_EQ(run({"admin", "list"}), 1);
  EXPECT_NE(text_of(folder / "log").find("no gateway has used the data folder"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(data() / "easel.db")) << "looking makes nothing";
  serve();
  EXPECT_EQ(run({"admin", "list"}), 0);
  EXPECT_NE(text_of(folder / "log").find("There is no admin: `admin create NAME` makes one."),
            std::string::npos);
  stop(SIGTERM);
  ASSERT_EQ(run({"admin", "create", "ada"}, kPassword), 0);
  ASSERT_EQ(run({"admin", "create", "grace"}, kPassword), 0);
  for (const bool runs : {false, true}) {
    if (runs) {
      serve();
      ASSERT_EQ(login_status("ada", kPassword), 200);
    }
    std::filesystem::remove(folder / "log");
    EXPECT_EQ(run({"admin", "list"}), 0);
    const std::string told = text_of(folder / "log");
    const size_t ada = told.find("ada    made 20"), grace = told.find("grace  made 20");
    EXPECT_LT(ada, grace) << told;
    EXPECT_NE(grace, std::string::npos) << told;
    const std::string row = told.substr(ada, told.find('\n', ada) - ada);
    EXPECT_TRUE(row.ends_with(concat("  sessions ", runs ? 1 : 0))) << row;
    EXPECT_EQ(told.find("argon2"), std::string::npos) << told;
  }
}

TEST_F(AdminCommandTest, WorksInTheDataFolderWhereNoGatewayRuns) {
  EXPECT_EQ(run({"admin", "create", "ada"}, kPassword), 0);
  serve();
  EXPECT_EQ(login_status("ada", kPassword), 200);
  EXPECT_EQ(stop(SIGKILL), SIGKILL);
  EXPECT_TRUE(std::filesystem::exists(data() / "admin.sock")) << "left behind";
  EXPECT_EQ(run({"admin", "reset", "ada"}, kOtherPassword), 0);
  serve();
  EXPECT_EQ(login_status("ada", kOtherPassword), 200);
}

TEST_F(AdminCommandTest, TheSocketIsItsOwnersAndGoesWithTheGateway) {
  serve();
  struct stat info {};
  ASSERT_EQ(::lstat((data() / "admin.sock").c_str(), &info), 0);
  EXPECT_TRUE(S_ISSOCK(info.st_mode));
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  EXPECT_EQ(stop(SIGTERM), 0);
  EXPECT_FALSE(std::filesystem::exists(data() / "admin.sock"));
}

TEST_F(AdminCommandTest, TheSocketSurvivesNonsense) {
  serve();
  for (const std::string& nonsense :
       {std::string("\n"), std::string("{}\n"), std::string("[[[[\n"), std::string(10'000, 'x'),
        std::string("{\"command\": \"drop\", \"name\": \"a\", \"password\": \"b\"}\n")}) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = (data() / "admin.sock").string();
    ASSERT_LT(path.size(), sizeof(address.sun_path));
    path.copy(address.sun_path, path.size());
    ASSERT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_GE(::send(fd, nonsense.data(), nonsense.size(), MSG_NOSIGNAL), 1);
    char answer[512] = {};
    EXPECT_GE(::recv(fd, answer, sizeof(answer) - 1, 0), -1);
    EXPECT_EQ(std::string(answer).find("\"ok\":true"), std::string::npos);
    ::close(fd);
  }
  EXPECT_EQ(run({"admin", "create", "ada"}, kPassword), 0);
}

TEST_F(AdminCommandTest, ThePasswordFileMakesAndUpdatesTheAdminAdmin) {
  const std::string file = folder.write("secret", concat(kPassword, "\n")).string();
  serve({"--admin-password-file", file});
  EXPECT_EQ(login_status("admin", kPassword), 200);
  struct stat mark {};
  ASSERT_EQ(::stat((data() / "admin_password_file.hash").c_str(), &mark), 0);
  EXPECT_EQ(mark.st_mode & 0777U, 0600U) << "a hash to guess at is nobody else's";
  stop(SIGTERM);
  folder.write("secret", kOtherPassword);
  serve({"--admin-password-file", file});
  EXPECT_EQ(login_status("admin", kPassword), 401);
  EXPECT_EQ(login_status("admin", kOtherPassword), 200);
  stop(SIGTERM);
  folder.write("secret", "short");
  EXPECT_EQ(run({"--port", "0", "--admin-password-file", file}), 1);
  EXPECT_EQ(run({"--port", "0", "--admin-password-file", (folder / "none").string()}), 1);
}

// A reset is no mistake that the file would have to mend.
TEST_F(AdminCommandTest, ThePasswordFileLeavesAResetAloneUntilItChanges) {
  const std::string file = folder.write("secret", concat(kPassword, "\n")).string();
  serve({"--admin-password-file", file});
  ASSERT_EQ(run({"admin", "reset", "admin"}, kOtherPassword), 0);
  stop(SIGTERM);
  serve({"--admin-password-file", file});
  EXPECT_EQ(login_status("admin", kOtherPassword), 200);
  EXPECT_EQ(login_status("admin", kPassword), 401);
  stop(SIGTERM);
  folder.write("secret", "a third one, longer");
  serve({"--admin-password-file", file});
  EXPECT_EQ(login_status("admin", "a third one, longer"), 200);
}

TEST_F(AdminCommandTest, NoLoginIsMadeThatNobodyCouldUse) {
  serve();
  EXPECT_EQ(run({"admin", "create", "ada"}, "correct horse \xff\xfe"), 1);
  EXPECT_NE(text_of(folder / "log").find("must be UTF-8"), std::string::npos);
}

// What root wrote into the folder of another user, that one's gateway could not use.
TEST_F(AdminCommandTest, RootLeavesTheFolderAndTheGatewayOfAnotherUserAlone) {
  if (::geteuid() != 0) GTEST_SKIP() << "for root";
  ASSERT_EQ(::chown(data().c_str(), kSomebody, kSomebody), 0);
  EXPECT_EQ(run({"admin", "create", "ada"}, kPassword), 1);
  EXPECT_NE(text_of(folder / "log").find("belongs to the user with the id 65534"),
            std::string::npos)
      << text_of(folder / "log");
  EXPECT_FALSE(std::filesystem::exists(data() / "easel.db"));
}

TEST_F(AdminCommandTest, RootLeavesTheFilesOfAnotherUserAloneInAFolderOfItsOwn) {
  if (::geteuid() != 0) GTEST_SKIP() << "for root";
  for (const char* const file : {"easel.db", "easel.lock"}) {
    const std::filesystem::path path = folder.write(concat("data/", file), "");
    ASSERT_EQ(::chown(path.c_str(), kSomebody, kSomebody), 0);
    EXPECT_EQ(run({"admin", "create", "ada"}, kPassword), 1) << file;
    EXPECT_NE(text_of(folder / "log").find(concat(path.string(), " belongs to the user")),
              std::string::npos)
        << text_of(folder / "log");
    EXPECT_EQ(text_of(path), "");
    std::filesystem::remove(path);
  }
}

// As Kubernetes does with a volume and fsGroup.
TEST_F(AdminCommandTest, AFolderOfRootsIsForThoseOfItsGroup) {
  if (::geteuid() != 0) GTEST_SKIP() << "for root";
  constexpr gid_t kGroup = 2000;
  std::filesystem::permissions(folder.path(), std::filesystem::perms::others_exec,
                               std::filesystem::perm_options::add);
  ASSERT_EQ(::chown(data().c_str(), 0, kGroup), 0);
  ASSERT_EQ(::chmod(data().c_str(), 02770), 0);
  user = kSomebody;
  group = kGroup;
  EXPECT_EQ(run({"admin", "create", "ada"}, kPassword), 0) << text_of(folder / "log");
  EXPECT_EQ(run({"admin", "reset", "ada"}, kOtherPassword), 0) << text_of(folder / "log");
  struct stat info {};
  ASSERT_EQ(::stat((data() / "easel.db").c_str(), &info), 0);
  EXPECT_EQ(info.st_uid, kSomebody);
  user = kSomebody - 1;
  EXPECT_EQ(run({"admin", "reset", "ada"}, kPassword), 1) << "another one of the group";
  user = 0;
  EXPECT_EQ(run({"admin", "reset", "ada"}, kPassword), 1) << "root";
}

// Whatever was secret on its way in or out stands neither in the log nor in any file.
TEST_F(AdminCommandTest, NoSecretReachesTheLogAnErrorOrTheDatabase) {
  const std::string planted[] = {
      "canary-password-in-name", "canary-wrong-password", "canary-bearer",
      "canary-cookie",           "canary-query",          "canary-csrf"};
  serve();
  ASSERT_EQ(run({"admin", "create", "ada"}, kPassword), 0);
  const httplib::Result login = log_in("ada", kPassword);
  ASSERT_TRUE(login);
  std::string cookie = login->get_header_value("Set-Cookie");
  cookie.resize(cookie.find(';'));
  const std::string csrf = nlohmann::json::parse(login->body)["csrf_token"];
  const httplib::Result made =
      client().Post("/api/admin/keys", {{"Cookie", cookie}, {"X-CSRF-Token", csrf}},
                    R"({"name": "k", "scopes": ["generate"]})", "application/json");
  ASSERT_TRUE(made);
  const std::string key = nlohmann::json::parse(made->body).value("key", "");
  ASSERT_EQ(key.size(), 70U);

  std::string errors;
  const auto keep = [&](const httplib::Result& result) {
    if (result) errors += result->body;
  };
  keep(log_in(planted[0], "whatever it is"));
  keep(log_in("ada", planted[1]));
  keep(client().Get("/api/status", {{"Authorization", "Bearer " + planted[2]}}));
  keep(client().Get("/api/admin/session", {{"Cookie", "easel_session=" + planted[3]}}));
  keep(client().Get("/api/admin/audit?cursor=" + planted[4], {{"Cookie", cookie}}));
  keep(client().Post("/api/admin/logout", {{"Cookie", cookie}, {"X-CSRF-Token", planted[5]}}, "",
                     "application/json"));
  keep(client().Get("/api/status", {{"Authorization", "Bearer " + key}}));
  stop(SIGTERM);

  std::vector<std::string> secrets(std::begin(planted), std::end(planted));
  secrets.insert(secrets.end(), {kPassword, cookie.substr(cookie.find('=') + 1), csrf, key});
  std::vector<std::filesystem::path> files = {folder / "log"};
  for (const auto& item : std::filesystem::recursive_directory_iterator(data())) {
    if (item.is_regular_file()) files.push_back(item.path());
  }
  for (const std::string& secret : secrets) {
    EXPECT_EQ(errors.find(secret), std::string::npos) << secret << " in an answer";
    for (const auto& file : files) {
      EXPECT_EQ(text_of(file).find(secret), std::string::npos) << secret << " in " << file;
    }
  }
  EXPECT_GE(files.size(), 3U);
  EXPECT_NE(text_of(folder / "log").find("/api/admin/login"), std::string::npos);
}

}  // namespace
}  // namespace easel
