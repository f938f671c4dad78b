/** Well-known services as `name[,alias…] port[/u|/tu]`: TCP when nothing is said, `u` UDP, `tu` both. */
const table = `
tcpmux 1|echo 7/tu|discard,sink 9/tu|systat,users 11|daytime 13/tu|netstat 15|qotd,quote 17|chargen,ttytst 19/tu
ftp-data 20|ftp 21|fsp 21/u|ssh 22|telnet 23|smtp,mail 25|time,timserver 37/tu|whois,nicname 43|tacacs 49/tu
domain 53/tu|bootps 67/u|bootpc 68/u|tftp 69/u|gopher 70|finger 79|http,www 80|kerberos,krb5,kerberos5 88/tu
iso-tsap,tsap 102|acr-nema 104|pop3,pop-3 110|sunrpc,portmapper 111/tu|auth,ident 113|nntp 119|ntp 123/u
epmap,loc-srv 135|netbios-ns 137/u|netbios-dgm 138/u|netbios-ssn 139|imap2,imap 143|snmp 161/tu
snmp-trap,snmptrap 162/tu|xdmcp 177/u|bgp 179|smux 199|qmtp 209|z3950 210|ipx 213/u|ptp-event 319/u
ptp-general 320/u|ldap 389/tu|svrloc 427/tu|https 443/tu|snpp 444|microsoft-ds 445|kpasswd 464/tu
submissions,smtps,ssmtp,urd 465|isakmp 500/u|exec 512|biff,comsat 512/u|login 513|who,whod 513/u|shell,cmd 514
syslog 514/u|printer,spooler 515|talk 517/u|ntalk 518/u|route,router,routed 520/u|uucp,uucpd 540|klogin 543|kshell,krcmd 544
dhcpv6-client 546/u|dhcpv6-server 547/u|afpovertcp 548|rtsp 554/tu|nntps,snntp 563|submission 587|nqs 607
asf-rmcp 623/u|ipp 631|ldaps 636/tu|ldp 646/tu|tinc 655/tu|silc 706|kerberos-adm 749|domain-s 853/tu|rsync 873
ftps-data 989|ftps 990|telnets 992|imaps 993|pop3s 995|socks 1080|rmiregistry 1099|openvpn 1194/tu
lotusnote,lotusnotes 1352|ms-sql-s 1433|ms-sql-m 1434/u|ingreslock 1524|datametrics,old-radius 1645/tu
sa-msg-port,old-radacct 1646/tu|l2f,l2tp 1701/u|radius 1812/tu|radius-acct,radacct 1813/tu|cisco-sccp 2000|nfs 2049/tu
gnunet 2086/tu|rtcm-sc104 2101/tu|cvspserver 2401|dict 2628|gpsd 2947|gds-db,gds_db 3050|icpv2,icp 3130/u|isns 3205/tu
iscsi-target 3260|mysql 3306|ms-wbt-server 3389|nut 3493/tu|distcc 3632|daap 3689|svn,subversion 3690|sieve 4190
epmd 4369|ntske 4460|ipsec-nat-t 4500/u|iax 4569/u|mtn 4691|radmin-port 4899|munin,lrrd 4949|sip 5060/tu|sip-tls 5061/tu
xmpp-client,jabber-client 5222|xmpp-server,jabber-server 5269|cfengine 5308|mdns 5353/u|postgresql,postgres 5432
freeciv 5556|nrpe 5666|nsca 5667|amqps 5671|amqp 5672|x11,x11-0 6000|gnutella-svc 6346/tu|redis 6379|syslog-tls 6514
sane-port,sane 6566|ircd 6667|babel 6696/u|ircs-u 6697|bbs 7000|afs3-fileserver 7000/u|afs3-callback 7001/u
font-service,xfs 7100|http-alt,webcache 8080|tproxy 8081|puppet 8140|bacula-dir 9101|bacula-fd 9102|bacula-sd 9103
git 9418|xmms2 9667|webmin 10000|zabbix-agent 10050|zabbix-trapper 10051|amanda 10080|nbd 10809|dicom 11112|hkp 11371
db-lsp 17500`

/** A port; `proto` is 6 or 17, undefined when the name stands for TCP and UDP. */
export interface Service {
  readonly port: number
  readonly proto: number | undefined
}

const services = new Map<string, Service>()
for (const item of table.trim().split(/[|\n]/)) {
  const [names, where] = item.split(' ')
  const [port, protocols] = where!.split('/')
  const proto = protocols === 'tu' ? undefined : protocols === 'u' ? 17 : 6
  for (const name of names!.split(',')) services.set(name, { port: Number(port), proto })
}

/** A service's port by its name, or by its number's text; undefined when unknown. */
export const service = (name: string): Service | undefined =>
  /^\d{1,9}$/.test(name) ? { port: Number(name), proto: undefined } : services.get(name)
