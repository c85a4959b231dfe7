// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the distribution's scripts are told, and when they run.
 *
 * The network of a container works without them: the kernel's state is set
 * from outside.  They make the tools inside agree with it and keep it.
 */
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "core.h"
#include "ipaddr.h"
#include "quota.h"

void vz_dist_run_free(struct vz_dist_run *run)
{
	size_t i;

	free(steal_ptr(run->text));
	for (i = 0; i < ARRAY_SIZE(run->env); i++)
		free(steal_ptr(run->env[i]));
}

static int put_env(struct vz_dist_run *run, const char *name, const char *value,
		   struct vz_error *err)
{
	size_t i = 0;

	if (!value)
		return 0;
	while (run->env[i])
		i++;
	if (asprintf(&run->env[i], "%s=%s", name, value) < 0) {
		run->env[i] = NULL;
		return vz_fail_oom(err);
	}
	return 0;
}

/* In their canonical form: scripts compare addresses as texts. */
static int put_addresses(struct vz_dist_run *run, const char *list,
			 struct vz_error *err)
{
	autoips struct vz_ips ips = {};
	autofree char *text = NULL;

	if (vz_ips_parse(&ips, list) == -EINVAL)
		return vz_fail(err, VZ_E_BAD_IP, EINVAL,
			       "Unable to set up the addresses %s: they are none",
			       list);
	text = vz_ips_text(&ips, true);
	return text ? put_env(run, "IP_ADDR", text, err) : vz_fail_oom(err);
}

static bool has_ipv6(struct vz_ct *ct)
{
	return vz_value_bool(vz_ct_get(ct, "IPV6") ?: "yes") != 0;
}

static int put_network(struct vz_ct *ct, struct vz_dist_run *run,
		       const char *addresses, bool all, struct vz_error *err)
{
	int ret;

	ret = put_addresses(run, addresses, err);
	if (!ret)
		ret = put_env(run, "IPDELALL", all ? "yes" : NULL, err);
	if (!ret)
		ret = put_env(run, "IPV6", has_ipv6(ct) ? "yes" : NULL, err);
	return ret;
}

/* An empty value leaves what the container has. */
static int put_resolver(struct vz_dist_run *run, const char *servers,
			const char *domains, struct vz_error *err)
{
	autofree char *host_servers = NULL, *host_domains = NULL;
	int ret;

	if (vz_resolver_host(&host_servers, &host_domains))
		return vz_fail_oom(err);
	if (servers && !strcmp(servers, "inherit"))
		servers = host_servers;
	if (domains && !strcmp(domains, "inherit"))
		domains = host_domains;
	ret = put_env(run, "NAMESERVER", servers && *servers ? servers : NULL,
		      err);
	if (ret)
		return ret;
	return put_env(run, "SEARCHDOMAIN", domains && *domains ? domains : NULL,
		       err);
}

/* The root is mounted. */
static int put_quota(struct vz_ct *ct, struct vz_dist_run *run,
		     struct vz_error *err)
{
	char number[16];
	struct stat st;
	int ret;

	if (!vz_quota_has_level2(ct) || stat(vz_ct_root(ct), &st))
		return 0;
	ret = put_env(run, "UGIDLIMIT", vz_ct_get(ct, "QUOTAUGIDLIMIT"), err);
	if (!ret)
		ret = put_env(run, "DEVFS", "simfs", err);
	snprintf(number, sizeof(number), "%u", major(st.st_dev));
	if (!ret)
		ret = put_env(run, "MAJOR", number, err);
	snprintf(number, sizeof(number), "%u", minor(st.st_dev));
	if (!ret)
		ret = put_env(run, "MINOR", number, err);
	return ret;
}

static bool has_env(const struct vz_dist_run *run, const char *name)
{
	size_t i, len = strlen(name);

	for (i = 0; run->env[i]; i++)
		if (!strncmp(run->env[i], name, len) && run->env[i][len] == '=')
			return true;
	return false;
}

static void put_quoted(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", out);
		else
			fputc(*text, out);
	}
}

/* In a subshell each, which even a syntax error does not leave. */
static int add_action(struct vz_ct *ct, const char *action, FILE *out,
		      struct vz_error *err)
{
	autofree char *body = NULL;
	int ret = vz_dist_body(ct, action, &body, err);

	if (ret || !body)
		return ret;
	fputs("( eval '", out);
	put_quoted(out, body);
	fprintf(out, "' ) || vz_failed=\"$vz_failed %s\"\n", action);
	return 0;
}

/* All actions in one shell: to start one costs more than what they do. */
static int add_actions(struct vz_ct *ct, const struct vz_dist_run *run,
		       FILE *out, struct vz_error *err)
{
	autofree char *functions = NULL;
	int ret = vz_dist_functions(ct, &functions, err);

	if (ret)
		return ret;
	fprintf(out, "%s\nvz_failed=\n", functions);
	if (has_env(run, "IPDELALL"))
		ret = add_action(ct, "ADD_IP", out, err);
	if (!ret && (has_env(run, "NAMESERVER") || has_env(run, "SEARCHDOMAIN")))
		ret = add_action(ct, "SET_DNS", out, err);
	if (!ret && has_env(run, "HOSTNM"))
		ret = add_action(ct, "SET_HOSTNAME", out, err);
	if (!ret && has_env(run, "UGIDLIMIT"))
		ret = add_action(ct, "SET_UGID_QUOTA", out, err);
	fputs("[ -z \"$vz_failed\" ] || { echo \"Failed:$vz_failed\" >&2; exit 1; }\n",
	      out);
	return ret;
}

/* A container that IP_ADDRESS says nothing about keeps what it has. */
static int start_env(struct vz_ct *ct, struct vz_dist_run *run,
		     struct vz_error *err)
{
	const char *addresses = vz_ct_get(ct, "IP_ADDRESS");
	const char *hostname = vz_ct_get(ct, "HOSTNAME");
	int ret;

	ret = put_env(run, "VE_STATE", "starting", err);
	if (!ret && addresses)
		ret = put_network(ct, run, addresses, true, err);
	if (!ret)
		ret = put_resolver(run, vz_ct_get(ct, "NAMESERVER"),
				   vz_ct_get(ct, "SEARCHDOMAIN"), err);
	if (!ret && hostname && *hostname)
		ret = put_env(run, "HOSTNM", hostname, err);
	if (!ret)
		ret = put_quota(ct, run, err);
	return ret;
}

int vz_dist_start(struct vz_ct *ct, struct vz_dist_run *run,
		  struct vz_error *err)
{
	size_t size;
	FILE *out;
	int ret;

	*run = (struct vz_dist_run){ 0 };
	ret = start_env(ct, run, err);
	if (ret || !run->env[1])
		goto done;
	out = open_memstream(&run->text, &size);
	if (!out) {
		ret = vz_fail_oom(err);
		goto done;
	}
	ret = add_actions(ct, run, out, err);
	if (fclose(out) && !ret)
		ret = vz_fail_oom(err);
done:
	if (ret)
		vz_dist_run_free(run);
	return ret;
}

int vz_dist_action(struct vz_ct *ct, const char *action,
		   const char *const env[], int code, const char *what,
		   struct vz_error *err)
{
	struct vz_exec exec = {
		.mode = VZ_EXEC_SCRIPT, .env = env,
		.timeout = VZ_SCRIPT_TIMEOUT,
	};
	autofree char *text = NULL;
	int ret, status = 0;

	ret = vz_dist_script(ct, action, &text, err);
	if (ret)
		return ret;
	if (!text)
		return vz_fail(err, VZ_E_NO_DISTRIBUTION_SCRIPT, ENOENT,
			       "Unable to set the %s of CT %u: its distribution has no script %s",
			       what, ct->id, action);
	exec.script = text;
	ret = vz_ct_exec(ct, &exec, &status, err);
	if (!ret && status)
		ret = vz_fail(err, code, ECANCELED,
			      "Unable to set the %s of CT %u: the script inside ended with status %d",
			      what, ct->id,
			      WIFEXITED(status) ? WEXITSTATUS(status) : 255);
	return ret;
}

/* A distribution without such a script has nothing to agree with. */
static int change_ip(struct vz_ct *ct, const char *action,
		     const char *addresses, bool all, struct vz_error *err)
{
	struct vz_dist_run run = { 0 };
	int ret;

	ret = vz_dist_body(ct, action, &run.text, err);
	if (!ret && run.text) {
		ret = put_env(&run, "VE_STATE", "running", err);
		if (!ret)
			ret = put_network(ct, &run, addresses, all, err);
		if (!ret)
			ret = vz_dist_action(ct, action,
					     (const char *const *)run.env,
					     VZ_E_BAD_IP, "addresses", err);
	}
	vz_dist_run_free(&run);
	return ret;
}

int vz_dist_add_ip(struct vz_ct *ct, const char *addresses, bool all,
		   struct vz_error *err)
{
	return change_ip(ct, "ADD_IP", addresses, all, err);
}

int vz_dist_del_ip(struct vz_ct *ct, const char *addresses, bool all,
		   struct vz_error *err)
{
	return change_ip(ct, "DEL_IP", addresses, all, err);
}

int vz_dist_set_dns(struct vz_ct *ct, const char *servers, const char *domains,
		    struct vz_error *err)
{
	struct vz_dist_run run = { 0 };
	int ret;

	ret = put_env(&run, "VE_STATE", "running", err);
	if (!ret)
		ret = put_resolver(&run, servers, domains, err);
	if (!ret && run.env[1])
		ret = vz_dist_action(ct, "SET_DNS",
				     (const char *const *)run.env,
				     servers ? VZ_E_BAD_DNS_SERVER :
					       VZ_E_BAD_SEARCH_DOMAIN,
				     servers ? "name servers" : "search domains",
				     err);
	if (!ret && run.env[1])
		ct_info(ct, "File resolv.conf was modified");
	vz_dist_run_free(&run);
	return ret;
}

int vz_dist_set_hostname(struct vz_ct *ct, const char *name,
			 struct vz_error *err)
{
	struct vz_dist_run run = { 0 };
	int ret;

	ret = put_env(&run, "VE_STATE", "running", err);
	if (!ret)
		ret = put_env(&run, "HOSTNM", name, err);
	if (!ret)
		ret = put_addresses(&run, vz_ct_get(ct, "IP_ADDRESS"), err);
	if (!ret)
		ret = vz_dist_action(ct, "SET_HOSTNAME",
				     (const char *const *)run.env,
				     VZ_E_BAD_HOSTNAME, "hostname", err);
	vz_dist_run_free(&run);
	return ret;
}
