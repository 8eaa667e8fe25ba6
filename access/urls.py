from django.urls import path

from .views import holder, log, people, person, request, review

urlpatterns = [
    path("", people.people_list, name="people_list"),
    path("nutzer-hinzufuegen/", people.invitation_create, name="invitation_create"),
    path("<int:pk>/", person.membership_edit, name="membership_edit"),
    path("<int:pk>/erneut-einladen/", person.invitation_resend, name="invitation_resend"),
    path("<int:pk>/entfernen/", person.membership_remove, name="membership_remove"),
    path("<int:pk>/sperren/", person.membership_suspend, name="membership_suspend"),
    path("<int:pk>/freigeben/", person.membership_resume, name="membership_resume"),
    path("<int:pk>/verlaengern/", person.membership_renew, name="membership_renew"),
    path("<int:pk>/bis-freitag/", person.membership_friday, name="membership_friday"),
    path("<int:pk>/lizenzinhaber/", holder.holder_name, name="holder_name"),
    path("<int:pk>/lizenzinhaber-beenden/", holder.holder_end, name="holder_end"),
    path("<int:pk>/hauptlizenzinhaber/", holder.holder_main, name="holder_main"),
    path("rolle-uebergeben/", holder.role_hand_over, name="role_hand_over"),
    path("uebernahme/", holder.takeover, name="takeover"),
    path("uebernahme/<uuid:pk>/widersprechen/", holder.takeover_object, name="takeover_object"),
    path("uebernahme/<uuid:pk>/zuruecknehmen/", holder.takeover_withdraw, name="takeover_withdraw"),
    path("anfragen/<uuid:pk>/antwort/", request.request_answer, name="request_answer"),
    path("anfragen/<uuid:pk>/zuruecknehmen/", request.request_undo, name="request_undo"),
    path("anfragen/<str:right>/", request.access_request, name="access_request"),
    path("protokoll/", log.access_log, name="access_log"),
    path("protokoll.csv", log.access_log_export, name="access_log_export"),
    path("pruefung/", review.review, name="review"),
    path("pruefung/abschliessen/", review.review_close, name="review_close"),
    path("pruefung/<int:pk>/behalten/", review.review_keep, name="review_keep"),
    path("pruefung/<int:pk>/nachweis/", review.review_file, name="review_file"),
]
